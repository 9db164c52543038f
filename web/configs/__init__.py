"""The pages of the configurations, one module for each thing people come for; `web.pages.configs`
gathers them."""
