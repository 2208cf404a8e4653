"""Log-ins of others: the unified log-in of nation and province, WeChat, DingTalk, the network identity; off unless opened."""
