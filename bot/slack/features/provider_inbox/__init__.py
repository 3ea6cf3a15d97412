"""The provider's inbox: `/volt inbox`."""
