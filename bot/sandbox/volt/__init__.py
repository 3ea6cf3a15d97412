"""Stand-in for Volt: the GraphQL API and the webhooks on a loopback port, and the customers' phones."""
