// A strip of board bent to a Z.
#include "belt.inc"
#include "board.inc"
object { Board("board", "top.png") rotate y*24 translate <1, 0, 0> }
