# The pages of those who operate the machine.
