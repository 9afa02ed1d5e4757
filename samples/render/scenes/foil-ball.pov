// Aluminium foil, crumpled.
#include "belt.inc"
mesh2 { #include "body.inc" texture { Aluminium } rotate y*20 }
