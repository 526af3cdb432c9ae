internal import CKernels
internal import COpenBLAS
internal import Glibc

/// Sees to it that OpenBLAS uses the widest vectors of a processor that it does not know.
///
/// OpenBLAS goes by the processor's model. A version older than the processor, as Debian's often is, takes
/// its AVX2 kernels where AVX-512 would do twice as much. The variable `OPENBLAS_CORETYPE` says which
/// kernels to take, but is read when the library is loaded, before a program can set it. In a build with
/// kernels for many processors, which every distribution has, the choice can be made once more: that is
/// what `gotoblas_dynamic_quit` and `gotoblas_dynamic_init` do. It must come before the first product.
///
/// A user's own `OPENBLAS_CORETYPE` is left alone.
enum OpenBLASKernels {
  private static let variable = "OPENBLAS_CORETYPE"
  /// The cores whose kernels stop at AVX2.
  private static let narrowCores = ["Haswell", "Zen"]
  private static let wideCore = "SkylakeX"

  /// Makes the choice.
  static func choose() {
    if let core = betterCore(than: current, isSet: getenv(variable) != nil) { use(core) }
  }

  /// The core whose kernels OpenBLAS uses.
  static var current: String { openblas_get_corename().map { String(cString: $0) } ?? "" }

  /// The core to use instead of `core`; `nil` when that is right.
  ///
  /// - Parameter isSet: whether the user has chosen.
  static func betterCore(
    than core: String, isSet: Bool, hasAVX512: Bool = kernels_have_avx512() != 0
  ) -> String? {
    narrowCores.contains(core) && hasAVX512 && !isSet ? wideCore : nil
  }

  /// Lets OpenBLAS choose once more, for a processor of the name. Nothing happens when it cannot.
  static func use(_ core: String) {
    typealias Function = @convention(c) () -> Void
    guard let quit = dlsym(nil, "gotoblas_dynamic_quit"),
      let initialize = dlsym(nil, "gotoblas_dynamic_init")
    else { return }
    setenv(variable, core, 1)
    unsafeBitCast(quit, to: Function.self)()
    unsafeBitCast(initialize, to: Function.self)()
    // Not for programs that this one starts.
    unsetenv(variable)
  }
}
