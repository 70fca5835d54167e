package handgrad.models;

import handgrad.data.Alphabet;
import handgrad.nn.Layer;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Draws words from a model as makemore.py does: some at a time, each by as many symbols as its longest word has
 * characters, whatever was drawn before. A word ends before its first 0; what follows is drawn and thrown away.
 *
 * @param model (N, T) INT32 to (N, T, symbols)
 * @param alphabet what the symbols stand for
 * @param length the symbols of a word: the block size but one
 * @param change changes the logits (1, symbols) before they are drawn from
 */
public record MakemoreSampler(Layer model, Alphabet alphabet, int length, UnaryOperator<Tensor> change) {
    /** A sampler from the model's own distribution. */
    public MakemoreSampler(Layer model, Alphabet alphabet, int length) {
        this(model, alphabet, length, logits -> logits);
    }

    /** So many words, drawn side by side: the first symbol of each, then the second. Leaves the model in evaluation. */
    public List<String> words(int count, TorchRandom random) {
        model.train(false);
        var symbols = Tensor.zeros(DType.INT32, Shape.of("words", count, length + 1));
        for (int t = 0; t < length; t++) {
            var logits = model.forward(symbols.narrow(1, 0, t + 1)).narrow(1, t, 1);
            for (int row = 0; row < count; row++) {
                var probabilities = change.apply(logits.narrow(0, row, 1)
                                .reshape(1, logits.size(2))
                                .copy())
                        .softmax(1);
                symbols.setFlat(row * (length + 1) + t + 1, random.multinomial(probabilities.floats()));
            }
        }
        var words = new ArrayList<String>();
        for (int row = 0; row < count; row++) {
            words.add(word(symbols.ints(), row * (length + 1) + 1));
        }
        return words;
    }

    private String word(int[] symbols, int start) {
        int end = start;
        while (end < start + length && symbols[end] != 0) {
            end++;
        }
        int[] characters = new int[end - start];
        System.arraycopy(symbols, start, characters, 0, characters.length);
        return alphabet.decode(characters);
    }
}
