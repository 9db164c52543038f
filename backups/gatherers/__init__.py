"""How each method reads its source: `gather(order, pace)` of the module named after it."""
