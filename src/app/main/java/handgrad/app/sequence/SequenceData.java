package handgrad.app.sequence;

import handgrad.app.report.ReportData.Fact;
import handgrad.app.report.SymbolLabels;
import handgrad.data.Batch;
import handgrad.nn.Layer;
import handgrad.page.Page.Section;
import handgrad.random.TorchRandom;
import java.util.List;

/** What a model of sequences is trained on. */
interface SequenceData {
    /** The SHA-256 of all of it, in hexadecimal digits. */
    String digest();

    /** The characters that are symbols, in their order; empty where the symbols are not made from the data. */
    String alphabet();

    /** The symbols as they are shown; as many as the network chooses from. */
    SymbolLabels symbols();

    /** What it is, in lines for the log: each begins with a word of at most 8 letters. */
    List<String> lines();

    /** Its sizes, for the page. */
    List<Fact> facts();

    /** Pictures of a trained network at work on it, for the page; leaves the network in evaluation mode. */
    List<Section> pictures(SequenceOptions options, Layer network);

    /** The options with what follows from it: with its alphabet at least. */
    default SequenceOptions completed(SequenceOptions options) {
        return options.withAlphabet(alphabet());
    }

    /** The generator that the weights are drawn from, and then the batches; each call gives it anew. */
    default TorchRandom random(SequenceOptions options) {
        return TorchRandom.seeded(options.seed());
    }

    /** The bytes that it takes. */
    long bytes();

    /** A batch of so many rows of the shapes that a training step has; what stands in it does not matter. */
    Batch shapes(int rows);

    /**
     * What a training draws from it.
     *
     * @param network is evaluated
     * @param random draws the batches; it has drawn the weights
     */
    SequenceTask task(SequenceOptions options, Layer network, TorchRandom random);
}
