// A wrapper of chocolate squares.
#include "belt.inc"
mesh2 { #include "packet.inc" Film("packet.png") rotate y*22 }
