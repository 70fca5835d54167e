package handgrad.app.program;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.CompoundAssignmentTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.PrimitiveTypeTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.UnaryTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Adds to the compiler's errors what a person who knows NumPy or PyTorch wants to hear: lines that begin with help. */
final class CompilerHelp {
    private static final String INDENT = "  help: ";

    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final Set<String> variables = new TreeSet<>();
    private final Set<String> numbers = new HashSet<>();

    private CompilerHelp(CompilationUnitTree unit, SourcePositions positions) {
        this.unit = unit;
        this.positions = positions;
        new TreeScanner<@Nullable Void, @Nullable Void>() {
            @Override
            public @Nullable Void visitVariable(VariableTree variable, @Nullable Void none) {
                variables.add(variable.getName().toString());
                if (variable.getType() instanceof PrimitiveTypeTree) {
                    numbers.add(variable.getName().toString());
                }
                return super.visitVariable(variable, null);
            }
        }.scan(unit, null);
    }

    /**
     * The compiler's messages with the lines that help.
     *
     * @param file as the messages name it
     * @param messages in English
     * @param unit the source as far as it could be parsed
     */
    static String added(String file, String messages, CompilationUnitTree unit, SourcePositions positions) {
        var help = new CompilerHelp(unit, positions);
        var header = Pattern.compile("^" + Pattern.quote(file) + ":(\\d+): error: (.*)$");
        var text = new StringBuilder();
        var error = new ArrayList<String>();
        var said = new HashSet<String>();
        for (var line : messages.lines().toList()) {
            boolean begins = header.matcher(line).matches();
            if (begins || line.matches("\\d+ errors?|Note: .*")) {
                help.add(text, header, error, said);
            }
            if (begins || !error.isEmpty()) {
                error.add(line);
            }
            text.append(line).append('\n');
        }
        help.add(text, header, error, said);
        return text.toString();
    }

    /** Ends an error with its line, unless that was said of one before. */
    private void add(StringBuilder text, Pattern header, List<String> error, Set<String> said) {
        if (!error.isEmpty()) {
            var found = header.matcher(error.getFirst());
            if (found.matches()) {
                var sentence = of(found.group(2), Integer.parseInt(found.group(1)), error);
                if (sentence != null && said.add(sentence)) {
                    text.append(INDENT).append(sentence).append('\n');
                }
            }
            error.clear();
        }
    }

    private @Nullable String of(String message, int number, List<String> error) {
        var line = error.size() > 1 ? error.get(1) : "";
        int column = error.size() > 2 ? error.get(2).indexOf('^') : -1;
        if (message.startsWith("bad operand type")) {
            return operator(message, number, column, error);
        }
        if (message.startsWith("cannot find symbol")) {
            return symbol(detail(error, "symbol:"), line);
        }
        if (message.startsWith("incompatible types: ")) {
            return types(message.substring("incompatible types: ".length()));
        }
        if (message.startsWith("array required, but Tensor found")) {
            return "a tensor has no [ ]: t.get(i, j) is a number of it, t.index(i) its rows i,"
                    + " t.narrow(dimension, start, length) a part";
        }
        if (message.contains("has private access in Tensor")) {
            return word(message.substring(0, message.indexOf(' ')), false);
        }
        if (message.startsWith("method ") || message.startsWith("no suitable method found for ")) {
            return arguments(message);
        }
        return syntax(message, line, column);
    }

    private static String detail(List<String> error, String key) {
        return error.stream()
                .map(String::strip)
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()).strip())
                .findFirst()
                .orElse("");
    }

    private @Nullable String operator(String message, int number, int column, List<String> error) {
        if (error.stream().noneMatch(line -> line.contains("Tensor"))) {
            return null;
        }
        var chain = chain(number, column);
        if (chain != null) {
            return "tensors have methods where numbers have operators: " + chain;
        }
        return message.matches(".*'(<|>|<=|>=|==|!=)'.*")
                ? "no operator compares tensors; b where a > 0, else c, is Tensor.where(a.relu(), b, c)"
                : "tensors have methods where numbers have operators: t.add(u), t.mul(2), t.rsub(1) is 1 - t";
    }

    /** The largest expression of operators around a place, by methods. */
    private @Nullable String chain(int number, int column) {
        if (column < 0) {
            return null;
        }
        long position = unit.getLineMap().getPosition(number, 1) + column;
        var found = new ArrayList<ExpressionTree>();
        new TreeScanner<@Nullable Void, @Nullable Void>() {
            @Override
            public @Nullable Void scan(@Nullable Tree tree, @Nullable Void none) {
                boolean operates = tree instanceof BinaryTree
                        || tree instanceof UnaryTree
                        || tree instanceof CompoundAssignmentTree
                        || tree instanceof MethodInvocationTree;
                if (operates
                        && found.isEmpty()
                        && positions.getStartPosition(unit, tree) <= position
                        && position < positions.getEndPosition(unit, tree)) {
                    found.add((ExpressionTree) tree);
                }
                return super.scan(tree, null);
            }
        }.scan(unit, null);
        return found.isEmpty() ? null : new MethodChain(numbers).of(found.getFirst());
    }

    private @Nullable String symbol(String symbol, String line) {
        var words = symbol.split("[ (]", -1);
        var name = words.length < 2 ? "" : words[1];
        if (Set.of("np", "numpy", "torch", "F", "nn").contains(name)) {
            var used = Pattern.compile("\\b" + name + "\\.(?:\\w+\\.)*(\\w+)").matcher(line);
            boolean numpy = name.startsWith("n") && !name.equals("nn");
            var help = used.find() ? word(used.group(1), numpy) : null;
            return help != null
                    ? help
                    : "there is no " + name + " here; the methods are the tensors' own: ./handgrad exercise --words";
        }
        if (words[0].equals("variable") && Similar.METHODS.contains(name)) {
            return "a method wants parentheses: ." + name + "()";
        }
        var help = word(name, false);
        if (help != null) {
            return help;
        }
        if (words[0].equals("method")) {
            if (Similar.METHODS.contains(name)) {
                return "it is a method of a tensor, which stands before it: a." + name + "(…)";
            }
            return Similar.to(name, Similar.METHODS)
                    .map(method -> "did you mean " + method + "?")
                    .orElse("./handgrad exercise --words lists what tensors can do");
        }
        var similar = Similar.to(name, variables);
        if (similar.isPresent()) {
            return "did you mean " + similar.get() + "?";
        }
        return name.matches("d[A-Za-z]\\w*")
                ? "declare it first, outside of backward if it is an answer: Tensor " + name + ";"
                : null;
    }

    private static @Nullable String word(String word, boolean numpy) {
        return WordTable.find(word)
                .map(row ->
                        (numpy ? "NumPy's " + row.numpy() : "PyTorch's " + row.torch()) + " is here " + row.handgrad())
                .orElse(null);
    }

    private static @Nullable String types(String problem) {
        if (problem.matches("(int|double|float|long) cannot be converted to Tensor")) {
            return "a gradient is a tensor of its tensor's shape, also where all elements are one number:"
                    + " Tensor.onesLike(t).mul(2)";
        }
        if (problem.matches("Tensor cannot be converted to (int|double|float|long)")) {
            return "t.item() is the number in a tensor of one element, t.get(i, j) one of several";
        }
        if (problem.startsWith("possible lossy conversion from double to int")) {
            return "an int holds no fraction: declare it as double, or cut the fraction off by (int)";
        }
        return null;
    }

    private static @Nullable String arguments(String message) {
        var name = message.replaceFirst("^(method|no suitable method found for) (\\w+).*", "$2");
        return switch (name) {
            case "transpose" -> "t.t() transposes a matrix; with more dimensions name the two: t.transpose(1, 2)";
            case "max" -> "t.max(1, true) is the largest of each row, and keeps the dimension";
            default ->
                WordTable.showing(name)
                        .map(row -> "it is used as in " + row.handgrad())
                        .orElseGet(() -> word(name, false));
        };
    }

    private long count(char bracket) {
        try {
            return unit.getSourceFile()
                    .getCharContent(true)
                    .chars()
                    .filter(c -> c == bracket)
                    .count();
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    private @Nullable String syntax(String message, String line, int column) {
        var code = line.replaceFirst("//.*", "");
        if (code.matches("\\s*def .*")) {
            return "Java declares a method as Tensor name(Tensor x) { return x; }";
        }
        if (code.contains("**")) {
            return "Java has no **: t ** 2 is t.square(), t ** 3 is t.pow(3)";
        }
        if (Pattern.compile("[\\w)] *@ *[\\w(]").matcher(code).find()) {
            return "Java has no @: a @ b is a.matmul(b), a.T @ b a.matmulTransposeA(b), a @ b.T a.matmulTransposeB(b)";
        }
        if (Pattern.compile("\\[[^\\]]*:").matcher(code).find()) {
            return "Java has no slices: t[:, 2:5] is t.narrow(1, 2, 3), from 2 on 3 columns";
        }
        long open = code.chars().filter(c -> c == '(').count();
        long closed = code.chars().filter(c -> c == ')').count();
        if (message.endsWith("expected") && open != closed) {
            return "the line has %d ( and %d )".formatted(open, closed);
        }
        if (message.equals("';' expected") && column >= code.stripTrailing().length() - 1) {
            return code.stripTrailing().endsWith(":")
                    ? "a statement ends with ; not with :"
                    : "a statement ends with ;";
        }
        if (message.equals("not a statement") && code.contains("==")) {
            return "one = gives a variable its value, two compare";
        }
        if (message.startsWith("class, interface, ") && count('}') > count('{')) {
            return "the line before ends a method already: is one } too many above?";
        }
        return message.equals("reached end of file while parsing") ? "a { is not closed by its }" : null;
    }
}
