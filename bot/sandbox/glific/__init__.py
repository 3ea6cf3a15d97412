"""Stand-in for Glific: REST session, GraphQL and websocket on a loopback port, and the contacts' phones."""
