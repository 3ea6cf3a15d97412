"""Runtime: what runs for each workspace, and installing them. Part of the assembly."""
