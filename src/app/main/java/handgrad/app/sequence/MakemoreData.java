package handgrad.app.sequence;

import handgrad.app.command.NamesOption;
import handgrad.app.command.WrongInputException;
import handgrad.app.report.ReportData.Fact;
import handgrad.app.report.SymbolLabels;
import handgrad.app.train.LectureRun;
import handgrad.data.Alphabet;
import handgrad.data.Batch;
import handgrad.data.Names;
import handgrad.data.WordDataset;
import handgrad.models.MakemoreSplit;
import handgrad.nn.Layer;
import handgrad.page.Page.Section;
import handgrad.random.RandomState;
import handgrad.random.TorchRandom;
import java.util.List;
import java.util.Locale;

/**
 * Names as makemore.py has them: split by the first draw of the generator from which the weights and the batches come.
 *
 * @param afterSplit the state of the generator after the split
 */
record MakemoreData(Names names, MakemoreSplit split, RandomState afterSplit) implements SequenceData {
    /** Reads the names of a run: see {@link SequenceModel#data}. */
    static MakemoreData read(SequenceOptions options, String option) {
        var read = options.data().map(file -> NamesOption.read(option, file)).orElseGet(Names::bundled);
        var names = options.alphabet().isEmpty()
                ? read
                : NamesOption.inAlphabet(option, read, Alphabet.of(options.alphabet()));
        int words = names.words().size();
        if (words < MakemoreSplit.FEWEST) {
            throw new WrongInputException(
                    "%s: %d names are too few: one in ten is for test, so there must be at least %d"
                            .formatted(option, words, MakemoreSplit.FEWEST));
        }
        int needed = WordDataset.blockSize(names.words());
        int blockSize = options.has(Setting.BLOCK_SIZE) ? options.integer(Setting.BLOCK_SIZE) : needed;
        if (blockSize < needed) {
            throw new WrongInputException(
                    "%s: the longest name has %d characters, and with --block-size %d a name has %d"
                            .formatted(option, needed - 1, blockSize, blockSize - 1));
        }
        var random = TorchRandom.seeded(options.seed());
        return new MakemoreData(names, MakemoreSplit.of(names, blockSize, random), random.state());
    }

    @Override
    public String digest() {
        return LectureRun.digest(names);
    }

    @Override
    public String alphabet() {
        return names.alphabet().characters();
    }

    @Override
    public SequenceOptions completed(SequenceOptions options) {
        return options.withAlphabet(alphabet())
                .with(Setting.BLOCK_SIZE, Integer.toString(split.train().blockSize()));
    }

    @Override
    public TorchRandom random(SequenceOptions options) {
        var random = TorchRandom.seeded(options.seed());
        random.setState(afterSplit);
        return random;
    }

    @Override
    public SymbolLabels symbols() {
        return SymbolLabels.of(names.alphabet());
    }

    @Override
    public List<String> lines() {
        return List.of(
                String.format(
                        Locale.ROOT,
                        "names    %s: %,d names",
                        names.edition(),
                        names.words().size()),
                String.format(
                        Locale.ROOT,
                        "split    train %,d names, test %,d; %,d symbols, %,d positions",
                        split.train().size(),
                        split.test().size(),
                        names.alphabet().size(),
                        split.train().blockSize()));
    }

    @Override
    public List<Fact> facts() {
        return List.of(
                new Fact("names", names.edition()),
                new Fact("names in train", count(split.train().size())),
                new Fact("names in test", count(split.test().size())),
                new Fact("symbols", count(names.alphabet().size())),
                new Fact("positions", count(split.train().blockSize())));
    }

    private static String count(int value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    @Override
    public List<Section> pictures(SequenceOptions options, Layer network) {
        return List.of();
    }

    @Override
    public long bytes() {
        return 2L * Integer.BYTES * names.words().size() * split.train().blockSize();
    }

    @Override
    public Batch shapes(int rows) {
        return split.train().emptyBatch(rows);
    }

    @Override
    public SequenceTask task(SequenceOptions options, Layer network, TorchRandom random) {
        return new MakemoreTask(options, split, network, random);
    }
}
