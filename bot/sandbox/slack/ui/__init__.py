"""UI of the stand-in: modals, buttons, menus, App Home, and the actions of people in them."""
