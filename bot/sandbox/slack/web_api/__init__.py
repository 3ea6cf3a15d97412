"""The Web API methods of the stand-in."""
