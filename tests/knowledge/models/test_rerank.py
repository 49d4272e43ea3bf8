"""A real cross-encoder, of one tiny layer, from a folder."""

import pytest

from knowledge.errors import UnavailableError
from knowledge.models.rerank import reranker


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("weights")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "what", "is", "the", "late", "fee", "law", "rent"]
    (folder / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=512, num_labels=1,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_each_passage_gets_a_score_of_its_own_whatever_its_length(weights):
    judge = reranker(weights)
    passages = ["the late fee", "the law", "rent " * 2000]

    scores = judge("what is the late fee", passages)

    assert len(scores) == 3
    assert len(set(scores)) == 3
    assert judge("what is the late fee", passages[:1]) == pytest.approx(scores[:1], abs=1e-4)


def test_a_folder_without_weights_is_told_before_anything_is_asked(tmp_path):
    with pytest.raises(UnavailableError, match="RERANKER"):
        reranker(tmp_path / "nothing")
