"""At home on a machine: a start in an empty folder, a look at what is there, what editors know."""
