// A worn toothbrush.
#include "belt.inc"
union {
  mesh2 {
    #include "handle.inc"
    texture {
      pigment { gradient x color_map { [0.40 rgb 0.84] [0.42 rgb <0.05, 0.16, 0.55>] [0.72 rgb <0.05, 0.16, 0.55>] [0.74 rgb 0.84] } scale 34 translate x*-17 }
      finish { diffuse 0.8 specular 0.6 roughness 0.01 }
    }
  }
  #for (I, 0, 8)
    #for (J, -2, 2)
      #for (K, 1, 5)
        cylinder {
          <-16.3 + I*0.42, 1.0, J*0.26>, <-16.3 + I*0.42 + 0.5*(rand(Chance) - 0.5), 2.5, J*0.30 + 0.5*(rand(Chance) - 0.5)>, 0.05
          pigment { #if (mod(I, 3) = 1) rgb <0.1, 0.3, 0.75> #else rgb 0.85 #end }
          finish { diffuse 0.8 specular 0.2 }
        }
      #end
    #end
  #end
  rotate x*35
  translate y*0.3
  rotate y*-32
}
