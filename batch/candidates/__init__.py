"""Where centers may come from, one kind a file; each proposes prototypes in scaled units."""
