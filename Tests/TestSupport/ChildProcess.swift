internal import ByteIO
internal import Glibc

/// A program that a test starts, waits for, or ends.
///
/// Its output goes to files, so that no amount of it can block the program.
public final class ChildProcess {
  /// How a program ended.
  public struct Result: Sendable {
    /// The exit status; `nil` when a signal ended the program.
    public let status: Int32?
    /// The signal that ended the program.
    public let signal: Int32?
    public let output: [UInt8]
    public let errors: [UInt8]
    /// The most memory that was resident, in bytes, mapped files included.
    public let peakMemory: Int

    /// The standard output as text.
    public var text: String { String(decoding: output, as: UTF8.self) }
    /// The standard error as text.
    public var errorText: String { String(decoding: errors, as: UTF8.self) }
    /// The lines of the standard output.
    public var lines: [String] { text.split(separator: "\n").map(String.init) }
  }

  /// A system call that failed.
  struct Failure: Error {
    let call: String
    let code: Int32
  }

  private let files: TemporaryDirectory
  private let process: pid_t

  /// The process id.
  public var identifier: Int { Int(process) }

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - command: the program and its arguments; a name without a slash is looked for in `PATH`.
  ///   - input: what it reads from standard input.
  public init(_ command: [String], input: [UInt8] = []) throws {
    files = try TemporaryDirectory()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let inputPath = try files.write("input", input)
    posix_spawn_file_actions_addopen(&actions, 0, inputPath, O_RDONLY, 0)
    for (descriptor, name) in [(Int32(1), "output"), (2, "errors")] {
      posix_spawn_file_actions_addopen(
        &actions, descriptor, files(name), O_WRONLY | O_CREAT, 0o600)
    }
    // The threads that run tests may block signals, and a program inherits that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var blocked = sigset_t()
    sigemptyset(&blocked)
    posix_spawnattr_setsigmask(&attributes, &blocked)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var arguments = command.map { strdup($0) } + [nil]
    defer { for case let argument? in arguments { free(argument) } }
    var process = pid_t()
    let code = posix_spawnp(&process, command[0], &actions, &attributes, &arguments, environ)
    guard code == 0 else { throw Failure(call: "posix_spawn \(command[0])", code: code) }
    self.process = process
  }

  /// Runs a program to its end.
  public static func run(_ command: [String], input: String = "") throws -> Result {
    try ChildProcess(command, input: Array(input.utf8)).wait()
  }

  /// Sends a signal. Does nothing when the program has ended.
  public func send(_ signal: Int32) { kill(process, signal) }

  /// Waits for the end of the program; to be called once.
  public func wait() throws -> Result {
    var status: Int32 = 0
    var peak = 0
    while true {
      let ended = waitpid(process, &status, WNOHANG)
      if ended == process { break }
      guard ended == 0 || errno == EINTR else { throw Failure(call: "waitpid", code: errno) }
      peak = max(peak, residentPeak)
      usleep(2000)
    }
    let signal = status & 0x7F
    return Result(
      status: signal == 0 ? (status >> 8) & 0xFF : nil, signal: signal == 0 ? nil : signal,
      output: try FileSystem.read(files("output")), errors: try FileSystem.read(files("errors")),
      peakMemory: peak)
  }

  /// The most memory that the running program has had, in bytes. The figure that `wait4` gives counts
  /// that of the process which started it too.
  private var residentPeak: Int {
    guard let text = try? FileSystem.read("/proc/\(process)/status") else { return 0 }
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
    let line = lines.first { $0.hasPrefix("VmHWM:") }
    return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first)
      .flatMap { Int($0) }.map { $0 * 1024 } ?? 0
  }

  /// Lets time pass.
  public static func sleep(microseconds: UInt32) { usleep(microseconds) }
}

/// Signals by the names of POSIX, so that tests need no C library.
public enum Signal {
  public static let interrupt = SIGINT
  public static let terminate = SIGTERM
  public static let kill = SIGKILL
}

extension ChildProcess {
  /// The `graft` that was built together with the running tests.
  public static let graft: String = {
    // The test program lies in the same directory as the products.
    FileSystem.parent((try? executablePath()) ?? "") + "/graft"
  }()

  private static func executablePath() throws -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { text in
        text.baseAddress.map { readlink("/proc/self/exe", $0, text.count) } ?? -1
      }
    }
    guard count > 0 else { throw Failure(call: "readlink", code: errno) }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  /// Runs `graft` to its end.
  public static func graft(_ arguments: String..., input: String = "") throws -> Result {
    try run([graft] + arguments, input: input)
  }
}
