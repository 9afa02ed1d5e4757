// A torn piece of corrugated board; on the left the top liner is gone and the flutes show.
#include "belt.inc"
#include "board.inc"
object { Board("board", "top.png") rotate y*-18 translate <0.5, 0.05, 0> }
