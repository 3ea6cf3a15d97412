"""What people see and do: modals, buttons, menus, App Home."""
