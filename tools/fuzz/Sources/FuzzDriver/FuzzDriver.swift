import Glibc

/// Runs libFuzzer over `test` with the command line of this process, and does not return.
public func fuzz(_ test: @escaping @Sendable ([UInt8]) -> Void) -> Never {
  target = test
  var count = CommandLine.argc
  var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
  let status = LLVMFuzzerRunDriver(&count, &arguments) { data, count in
    target(Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
  }
  exit(status)
}

// libFuzzer calls a C function, which cannot capture; it is set once, before the first call.
private nonisolated(unsafe) var target: @Sendable ([UInt8]) -> Void = { _ in }

@_silgen_name("LLVMFuzzerRunDriver")
private func LLVMFuzzerRunDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
