import Glibc

/// libFuzzer, which the compiler links in.
enum LibFuzzer {
  /// Runs `test` on inputs with the command line of this process, and does not return.
  static func run(_ test: @escaping Fuzz.Target) -> Never {
    target = test
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    let status = LLVMFuzzerRunDriver(&count, &arguments) { data, count in
      LibFuzzer.target(Array(UnsafeBufferPointer(start: data, count: count)))
      return 0
    }
    exit(status)
  }

  // libFuzzer calls a C function, which cannot capture; it is set once, before the first call.
  fileprivate nonisolated(unsafe) static var target: Fuzz.Target = { _ in }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func LLVMFuzzerRunDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
