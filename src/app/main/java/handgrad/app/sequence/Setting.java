package handgrad.app.sequence;

import handgrad.app.command.Checks;
import handgrad.app.command.WrongInputException;
import handgrad.app.train.ShardsOption;
import handgrad.file.PrintableText;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What a run of a model of sequences can be repeated with, each an option of the command line; a model has those that
 * mean something for it. The value of one is a text, as it stands in options.json.
 */
enum Setting {
    DATA("--data", new Values.Files()),
    STEPS("--steps", new Values.Integers(1, Integer.MAX_VALUE)),
    BATCH_SIZE("--batch-size", new Values.Integers(1, 20_000)),
    BLOCK_SIZE("--block-size", new Values.Integers(1, 65_536)),
    LAYERS("--layers", new Values.Integers(1, 1_000)),
    HEADS("--heads", new Values.Integers(1, 1_000)),
    EMBEDDING("--embedding", new Values.Integers(1, 20_000)),
    HIDDEN("--hidden", new Values.Integers(1, 20_000)),
    DROPOUT("--dropout", new Values.Numbers(0, false, 0.99)),
    BIAS("--bias", new Values.Flags()),
    TIE("--tie", new Values.Flags()),
    GELU("--gelu", new Values.Choices(List.of("exact", "tanh"))),
    OPTIMIZER("--optimizer", new Values.Choices(SequenceOptimizer.names())),
    LR("--lr", new Values.Numbers(0, true, Float.MAX_VALUE)),
    MIN_LR("--min-lr", new Values.Numbers(0, false, Float.MAX_VALUE)),
    WARMUP("--warmup", new Values.Integers(0, Integer.MAX_VALUE)),
    WEIGHT_DECAY("--weight-decay", new Values.Numbers(0, false, 1_000)),
    CLIP("--clip", new Values.Numbers(0, false, Float.MAX_VALUE)),
    DECAY_STEPS("--decay-steps", new Values.Integers(1, Integer.MAX_VALUE)),
    EVAL_BATCHES("--eval-batches", new Values.Integers(1, 1_000_000)),
    SAMPLE_EVERY("--sample-every", new Values.Integers(0, Integer.MAX_VALUE)),
    TOKENIZER("--tokenizer", new Values.Choices(TokenizerKind.names())),
    SHARDS(ShardsOption.NAME, new Values.Integers(1, 20_000)),
    SEED("--seed", new Values.Longs()),
    INIT("--init", new Values.Files());

    /** The value of a file that is not given. */
    static final String NOT_GIVEN = "";

    private final String option;

    @SuppressWarnings("ImmutableEnumChecker") // the lists of its choices are
    private final Values values;

    Setting(String option, Values values) {
        this.option = option;
        this.values = values;
    }

    /** What values a setting may have. */
    private sealed interface Values {
        /** The type that the command line reads. */
        Class<?> type();

        /** Refuses a value that has no meaning; the message names the option. */
        void check(String option, String text);

        /** What stands for the value in the help. */
        String label();

        record Integers(int least, int most) implements Values {
            @Override
            public Class<?> type() {
                return Integer.class;
            }

            @Override
            public void check(String option, String text) {
                if (most == Integer.MAX_VALUE) {
                    Checks.atLeast(least, option, Integer.parseInt(text));
                } else {
                    Checks.between(least, most, option, Integer.parseInt(text));
                }
            }

            @Override
            public String label() {
                return "N";
            }
        }

        record Numbers(double least, boolean open, double most) implements Values {
            @Override
            public Class<?> type() {
                return Double.class;
            }

            @Override
            public void check(String option, String text) {
                double value = Double.parseDouble(text);
                if (!(value >= least && value <= most) || (open && value == least)) {
                    var upTo = most == Float.MAX_VALUE ? "3.4e38" : shortest(most);
                    throw new WrongInputException(
                            open
                                    ? "%s must be more than %s and at most %s, it is %s"
                                            .formatted(option, shortest(least), upTo, value)
                                    : "%s must be from %s to %s, it is %s"
                                            .formatted(option, shortest(least), upTo, value));
                }
            }

            private static String shortest(double value) {
                return value == Math.rint(value) ? String.format(Locale.ROOT, "%,.0f", value) : Double.toString(value);
            }

            @Override
            public String label() {
                return "X";
            }
        }

        record Longs() implements Values {
            @Override
            public Class<?> type() {
                return Long.class;
            }

            @Override
            public void check(String option, String text) {
                Long.parseLong(text);
            }

            @Override
            public String label() {
                return "N";
            }
        }

        record Flags() implements Values {
            @Override
            public Class<?> type() {
                return Boolean.class;
            }

            @Override
            public void check(String option, String text) {
                requireOneOf(option, text, List.of("true", "false"));
            }

            @Override
            public String label() {
                return "";
            }
        }

        record Choices(List<String> names) implements Values {
            @Override
            public Class<?> type() {
                return String.class;
            }

            @Override
            public void check(String option, String text) {
                requireOneOf(option, text, names);
            }

            @Override
            public String label() {
                return "NAME";
            }
        }

        record Files() implements Values {
            @Override
            public Class<?> type() {
                return Path.class;
            }

            @Override
            public void check(String option, String text) {}

            @Override
            public String label() {
                return "FILE";
            }
        }

        private static void requireOneOf(String option, String text, List<String> names) {
            if (!names.contains(text)) {
                throw new WrongInputException("%s must be %s, it is %s"
                        .formatted(option, String.join(" or ", names), PrintableText.excerpt(text)));
            }
        }
    }

    /** The option on the command line, such as {@code --block-size}. */
    String option() {
        return option;
    }

    /** The property in options.json, such as {@code blockSize}. */
    String property() {
        var words = option.substring(2).split("-", -1);
        var name = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++) {
            name.append(Character.toUpperCase(words[i].charAt(0))).append(words[i], 1, words[i].length());
        }
        return name.toString();
    }

    /** Whether a larger value takes more memory. */
    boolean isSize() {
        return switch (this) {
            case BATCH_SIZE, BLOCK_SIZE, LAYERS, EMBEDDING, HIDDEN -> true;
            default -> false;
        };
    }

    /** Refuses a value that has no meaning, or, with a {@link NumberFormatException}, one that is no number. */
    void check(String text) {
        values.check(option, text);
    }

    /**
     * The option for picocli.
     *
     * @param description what it says in the help
     * @param otherwise its value where it is not given
     * @param order its place in the help, from the least to the greatest; others are at -1
     */
    OptionSpec spec(String description, String otherwise, int order) {
        var text = otherwise.equals(NOT_GIVEN) || values instanceof Values.Files
                ? description
                : description + "; default " + inHelp(otherwise);
        var spec = OptionSpec.builder(option)
                .type(values.type())
                .order(order)
                .description((text + ".").replace("%", "%%"));
        return values instanceof Values.Flags
                ? spec.negatable(true).fallbackValue("true").arity("0").build()
                : spec.paramLabel(values.label()).build();
    }

    private String inHelp(String otherwise) {
        return switch (values) {
            case Values.Flags _ -> otherwise.equals("true") ? "yes" : "no";
            case Values.Integers _ -> String.format(Locale.ROOT, "%,d", Integer.valueOf(otherwise));
            case Values.Numbers _ ->
                new BigDecimal(otherwise).stripTrailingZeros().toPlainString();
            default -> otherwise;
        };
    }
}
