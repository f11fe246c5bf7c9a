# Tools.
