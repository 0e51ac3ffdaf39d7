"""From a panel and its outcomes to a model in a bundle."""
