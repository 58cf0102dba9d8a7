;; A layer of a network: weights times a vector, plus a bias. Four rows side by side, number by number, and two numbers at a time in
;; sums that do not wait for one another. All 32-bit floats.
(module
  (memory (export "memory") 4)
  (func (export "layer")
    (param $weights i32) (param $bias i32) (param $vector i32) (param $pairs i32) (param $out i32) (param $end i32)
    (local $x i32) (local $left i32) (local $even v128) (local $odd v128)
    (loop $rows
      (local.set $even (v128.load (local.get $bias)))
      (local.set $odd (v128.const f32x4 0 0 0 0))
      (local.set $x (local.get $vector))
      (local.set $left (local.get $pairs))
      (loop $numbers
        (local.set $even (f32x4.add (local.get $even) (f32x4.mul (v128.load (local.get $weights)) (v128.load32_splat (local.get $x)))))
        (local.set $odd (f32x4.add (local.get $odd) (f32x4.mul (v128.load offset=16 (local.get $weights)) (v128.load32_splat offset=4 (local.get $x)))))
        (local.set $weights (i32.add (local.get $weights) (i32.const 32)))
        (local.set $x (i32.add (local.get $x) (i32.const 8)))
        (br_if $numbers (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (v128.store (local.get $out) (f32x4.add (local.get $even) (local.get $odd)))
      (local.set $bias (i32.add (local.get $bias) (i32.const 16)))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $rows (i32.lt_u (local.get $out) (local.get $end))))))
