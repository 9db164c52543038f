"""How much the console costs, beside its peers: always ratios taken inside one run."""
