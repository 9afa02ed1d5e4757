// An open carton from above, its four flaps spread.
#include "belt.inc"
#include "board.inc"
union {
  box { <-12, 0.02, -8.5>, <12, 0.3, 8.5> Kraft() }
  box { <-12, 0.3, -0.12>, <12, 0.32, 0.12> texture { pigment { rgb <0.20, 0.14, 0.09> } } }
  #for (Side, 0, 1)
    union {
      object { Board("long", "top.png") rotate x*-90 translate <0, 4.5, -8.5> }
      object { Board("long-flap", "plain.png") translate z*4 rotate x*(18 + 9*Side) rotate y*180 translate <0, 9, -8.7> }
      rotate y*180*Side
    }
    union {
      object { Board("short", "plain.png") rotate x*-90 translate <0, 4.5, -12> }
      object { Board("short-flap", "plain.png") translate z*3.75 rotate x*(-20 + 34*Side) rotate y*180 translate <0, 9, -12.2> }
      rotate y*(90 + 180*Side)
    }
  #end
  scale 0.82
  rotate y*-14
}
