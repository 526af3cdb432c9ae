import Testing

@testable import Tensors

@Suite struct OpenBLASKernelsTests {
  @Test func `Wide kernels replace narrow ones where the processor has them and nobody chose`() {
    for core in ["Haswell", "Zen"] {
      #expect(
        OpenBLASKernels.betterCore(than: core, isSet: false, hasAVX512: true) == "SkylakeX")
      #expect(OpenBLASKernels.betterCore(than: core, isSet: true, hasAVX512: true) == nil)
      #expect(OpenBLASKernels.betterCore(than: core, isSet: false, hasAVX512: false) == nil)
    }
    for core in ["SkylakeX", "Cooperlake", "Sandybridge", ""] {
      #expect(OpenBLASKernels.betterCore(than: core, isSet: false, hasAVX512: true) == nil)
    }
  }
}
