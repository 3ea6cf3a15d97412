"""Workflows: the steps that Slack's Workflow Builder offers, and whose name they may use."""
