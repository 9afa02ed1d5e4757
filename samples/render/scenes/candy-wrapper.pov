// A wrapper of fruit chews.
#include "belt.inc"
mesh2 { #include "packet.inc" Film("packet.png") rotate y*60 }
