// A flattened box with its print and a strip of clear packing tape.
#include "belt.inc"
#include "board.inc"
union {
  object { Board("board", "top.png") }
  mesh2 {
    #include "tape.inc"
    texture {
      pigment { rgbf <0.93, 0.86, 0.68, 0.82> }
      finish { diffuse 0.35 specular 0.7 roughness 0.01 reflection { 0.02, 0.5 fresnel on } conserve_energy }
    }
    interior { ior 1.3 }
    translate z*4.4
  }
  rotate y*7
}
