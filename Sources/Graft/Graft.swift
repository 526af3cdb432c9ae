// The public API of graft under one name: `import Graft`.
@_exported public import ByteIO
@_exported public import DynamicMerging
@_exported public import Hypernetworks
@_exported public import LanguageModels
@_exported public import LargeVocabularies
@_exported public import Normalization
@_exported public import Surgery
@_exported public import Tensors
@_exported public import Tokenization
@_exported public import TokenizerFiles
@_exported public import TokenizerTraining
@_exported public import VectorSearch
@_exported public import WordPooling
