"""Tags: `/volt tag`, what a team has set about them."""
