package handgrad.app.sequence;

import handgrad.app.command.Checks;
import handgrad.app.command.WrongInputException;
import handgrad.app.report.ReportData.Fact;
import handgrad.app.report.SymbolLabels;
import handgrad.data.Batch;
import handgrad.data.CharacterTokenizer;
import handgrad.data.DataFileException;
import handgrad.data.Names;
import handgrad.data.TextDataset;
import handgrad.data.TokenDataset;
import handgrad.data.Tokenizer;
import handgrad.nn.Layer;
import handgrad.page.Page.Section;
import handgrad.random.TorchRandom;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * A text in two parts, the first nine tenths of its characters for train and the rest for dev.
 *
 * @param name what it is called in the log
 * @param characters how many it has
 * @param digest the SHA-256 of its bytes in UTF-8
 * @param parts as tokens
 */
record TextData(String name, int characters, String digest, TextDataset parts) implements SequenceData {
    private static final double TRAIN = 0.9;

    /** What a token and a character take, in the parts and in the text that they are made from. */
    private static final int BYTES = Integer.BYTES + Character.BYTES;

    /** Reads the text of a run: see {@link SequenceModel#data}. */
    static TextData read(SequenceOptions options, String option) {
        var file = options.data();
        var text = file.isPresent()
                ? text(file.get(), option)
                : String.join("\n", Names.bundled().words()) + "\n";
        var name = file.map(Path::toString).orElse("the bundled names, one a line, as a text");
        return of(name, text, options, option);
    }

    private static String text(Path file, String option) {
        Checks.notEmpty(option, file);
        try {
            var text = TextDataset.text(file);
            if (text.isEmpty()) {
                throw new WrongInputException(option + ": " + file + " is empty, a text is expected");
            }
            return text;
        } catch (DataFileException exception) {
            throw new WrongInputException(option + ": " + exception.getMessage());
        }
    }

    /** A text that was read. */
    static TextData of(String name, String text, SequenceOptions options, String option) {
        var tokenizer = tokenizer(text, options);
        new TextTokens(tokenizer).requireLearned(option + ": ", text, name);
        int blockSize = options.integer(Setting.BLOCK_SIZE);
        int characters = text.codePointCount(0, text.length());
        int cut = text.offsetByCodePoints(0, (int) (TRAIN * characters));
        int[] train = tokenizer.encode(text.substring(0, cut));
        int[] dev = tokenizer.encode(text.substring(cut));
        requireBlock(option, name, "train, the first 90 %,", train.length, blockSize);
        requireBlock(option, name, "dev, the last 10 %,", dev.length, blockSize);
        var parts = new TextDataset(TokenDataset.of(train, blockSize), TokenDataset.of(dev, blockSize), tokenizer);
        return new TextData(name, characters, digest(text), parts);
    }

    private static Tokenizer tokenizer(String text, SequenceOptions options) {
        boolean ofText = options.alphabet().isEmpty()
                && TokenizerKind.named(options.text(Setting.TOKENIZER)) == TokenizerKind.CHARACTERS;
        return ofText ? CharacterTokenizer.of(text) : TextTokens.of(options);
    }

    private static void requireBlock(String option, String name, String part, int tokens, int blockSize) {
        if (tokens <= blockSize) {
            throw new WrongInputException(String.format(
                    Locale.ROOT,
                    "%s: %s is too short: %s has %,d tokens, a block of %,d and the token behind it need %,d; take a"
                            + " longer text or a smaller --block-size",
                    option,
                    name,
                    part,
                    tokens,
                    blockSize,
                    blockSize + 1));
        }
    }

    private static String digest(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException exception) {
            throw new IllegalStateException("every Java platform has SHA-256", exception);
        }
    }

    @Override
    public String alphabet() {
        return parts.tokenizer() instanceof CharacterTokenizer characterTokenizer
                ? characterTokenizer.characters()
                : "";
    }

    @Override
    public SymbolLabels symbols() {
        return SymbolLabels.of(parts.tokenizer());
    }

    @Override
    public List<String> lines() {
        return List.of(
                String.format(Locale.ROOT, "text     %s: %,d characters", name, characters),
                String.format(
                        Locale.ROOT,
                        "tokens   %,d symbols; train %,d tokens, dev %,d",
                        parts.tokenizer().size(),
                        parts.train().tokens(),
                        parts.dev().tokens()));
    }

    @Override
    public List<Fact> facts() {
        return List.of(
                new Fact("text", name),
                new Fact("characters", count(characters)),
                new Fact("symbols", count(parts.tokenizer().size())),
                new Fact("tokens in train", count(parts.train().tokens())),
                new Fact("tokens in dev", count(parts.dev().tokens())));
    }

    private static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    @Override
    public List<Section> pictures(SequenceOptions options, Layer network) {
        return new TextPictures(network, parts, symbols()).sections();
    }

    @Override
    public long bytes() {
        return (parts.train().tokens() + parts.dev().tokens()) * BYTES;
    }

    @Override
    public Batch shapes(int rows) {
        return parts.train().emptyBatch(rows);
    }

    @Override
    public SequenceTask task(SequenceOptions options, Layer network, TorchRandom random) {
        return new TextTask(options, parts, network, random);
    }
}
