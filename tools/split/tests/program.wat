;; A program as the compiler leaves it, small: what the page calls is exported, closures are in a table, constants are
;; segments of their own.
(module
  (type $number (func (param i32) (result i32)))
  (import "./glue.js" "note" (func $note (param i32)))
  (import "./glue.js" "note_later" (func $note_later (param i32)))
  (import "./glue.js" "of_table" (func $of_table (param i32) (result i32)))
  (memory (export "memory") 1)
  (table $closures 5 funcref)
  (table $objects 3 externref)
  (global $stack (mut i32) (i32.const 4096))
  (global $unused (mut i32) (i32.const 7))

  (func $"app::start" (export "start") (result i32)
    (call $note (i32.load8_u (i32.const 1101)))
    (global.set $stack (i32.sub (global.get $stack) (i32.const 16)))
    (call $"core::add" (i32.const 20) (i32.load (i32.const 1024))))

  (func $"app::work" (export "work") (param i32) (result i32)
    (call $"engine::run" (local.get 0)))

  (func $"app::call" (export "call") (param i32 i32) (result i32)
    (call_indirect (type $number) (local.get 1) (local.get 0)))

  (func $"core::add" (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))

  (func $"app::closure" (type $number)
    (i32.add (local.get 0) (i32.const 1)))

  ;; Long enough to be worth its stub, like the two below.
  (func $"<engine::Machine as core::ops::Fn>::call" (type $number)
    (call $note_later (i32.const 2))
    (call $note_later (i32.const 3))
    (drop (call $"core::only_of_rest" (i32.const 50000001)))
    (drop (call $"core::only_of_rest" (i32.const 50000002)))
    (drop (call $"core::only_of_rest" (i32.const 50000003)))
    (drop (call $"core::only_of_rest" (i32.const 50000004)))
    (drop (call $"core::only_of_rest" (i32.const 50000005)))
    (drop (call $"core::only_of_rest" (i32.const 50000006)))
    (drop (call $"core::only_of_rest" (i32.const 50000007)))
    (drop (call $"core::only_of_rest" (i32.const 50000008)))
    (drop (call $"core::only_of_rest" (i32.const 50000009)))
    (drop (call $"core::only_of_rest" (i32.const 500000010)))
    (drop (call $"core::only_of_rest" (i32.const 500000011)))
    (i32.mul (local.get 0) (i32.const 100)))

  (func $"engine::run" (export "run") (type $number)
    (drop (call $"core::only_of_rest" (i32.const 50000001)))
    (drop (call $"core::only_of_rest" (i32.const 50000002)))
    (drop (call $"core::only_of_rest" (i32.const 50000003)))
    (drop (call $"core::only_of_rest" (i32.const 50000004)))
    (drop (call $"core::only_of_rest" (i32.const 50000005)))
    (drop (call $"core::only_of_rest" (i32.const 50000006)))
    (drop (call $"core::only_of_rest" (i32.const 50000007)))
    (drop (call $"core::only_of_rest" (i32.const 50000008)))
    (drop (call $"core::only_of_rest" (i32.const 50000009)))
    (drop (call $"core::only_of_rest" (i32.const 500000010)))
    (drop (call $"core::only_of_rest" (i32.const 500000011)))
    (global.set $stack (i32.sub (global.get $stack) (i32.const 16)))
    (table.set $objects (i32.const 0) (ref.null extern))
    (call $"core::add" (local.get 0)
      (i32.add (i32.load (i32.const 1032)) (call $"app::of_both" (global.get $stack)))))

  (func $"core::only_of_rest" (type $number)
    (i32.mul (local.get 0) (i32.const 2)))

  (func $"app::of_both" (export "of_both") (type $number)
    (i32.add (local.get 0) (i32.const 1)))

  (elem (table $closures) (i32.const 1) func
    $"app::closure" $"<engine::Machine as core::ops::Fn>::call" $of_table $"app::closure")
  (data $".rodata.ends_where_of_first_begins" (i32.const 1016) "neighbor")
  (data $".rodata.of_first" (i32.const 1024) "\16\00\00\00\08\04\00\00")
  (data $".rodata.of_both" (i32.const 1032) "\e8\03\00\00")
  ;; Bytes that would be the address of the next one if they were a word; they begin where no word does.
  (data $".rodata.bytes_of_first" (i32.const 1101) "\01\02\03\78\05\00\00")
  (data $".rodata.of_rest" (i32.const 1400) "only for the second module")
  (data $".data.counter" (i32.const 2000) "\05"))
