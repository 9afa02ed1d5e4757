// An empty crisp packet.
#include "belt.inc"
mesh2 { #include "packet.inc" Film("packet.png") rotate y*-20 }
