package handgrad.app.program;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompoundAssignmentTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree.Kind;
import com.sun.source.tree.TypeCastTree;
import com.sun.source.tree.UnaryTree;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An expression with operators on tensors, written by methods: {@code 1 - t*t} is {@code t.mul(t).rsub(1)}. */
final class MethodChain {
    /** Methods that give a number. */
    private static final Set<String> OF_NUMBERS =
            Set.of("item", "get", "getFlat", "size", "elements", "rank", "length");

    private final Set<String> numbers;

    /**
     * For one program.
     *
     * @param numbers the names of its variables that are numbers; others are taken for tensors
     */
    MethodChain(Set<String> numbers) {
        this.numbers = numbers;
    }

    /** The expression by methods, or null where there is no method for an operator. */
    @Nullable
    String of(ExpressionTree expression) {
        return switch (expression) {
            case ParenthesizedTree inner -> inside(inner);
            case UnaryTree unary -> unary(unary);
            case BinaryTree binary -> binary(binary);
            case CompoundAssignmentTree assignment -> assignment(assignment);
            case MethodInvocationTree call -> call(call);
            default -> expression.toString();
        };
    }

    private @Nullable String inside(ParenthesizedTree inner) {
        var text = of(inner.getExpression());
        return text == null || !isNumber(inner) ? text : "(" + text + ")";
    }

    private @Nullable String unary(UnaryTree unary) {
        if (isNumber(unary)) {
            return unary.toString();
        }
        var operand = of(unary.getExpression());
        return switch (unary.getKind()) {
            case UNARY_MINUS -> operand == null ? null : operand + ".neg()";
            case UNARY_PLUS -> operand;
            default -> null;
        };
    }

    private @Nullable String binary(BinaryTree binary) {
        if (isNumber(binary)) {
            return binary.toString();
        }
        var left = binary.getLeftOperand();
        var right = binary.getRightOperand();
        return chain(binary.getKind(), of(left), isNumber(left), of(right));
    }

    private @Nullable String assignment(CompoundAssignmentTree assignment) {
        var variable = assignment.getVariable();
        var kind = switch (assignment.getKind()) {
            case PLUS_ASSIGNMENT -> Kind.PLUS;
            case MINUS_ASSIGNMENT -> Kind.MINUS;
            case MULTIPLY_ASSIGNMENT -> Kind.MULTIPLY;
            case DIVIDE_ASSIGNMENT -> Kind.DIVIDE;
            default -> Kind.OTHER;
        };
        var value = chain(kind, variable.toString(), false, of(assignment.getExpression()));
        return value == null ? null : variable + " = " + value;
    }

    private static @Nullable String chain(
            Kind operator, @Nullable String left, boolean leftIsNumber, @Nullable String right) {
        if (left == null || right == null) {
            return null;
        }
        return switch (operator) {
            case PLUS -> leftIsNumber ? right + ".add(" + left + ")" : left + ".add(" + right + ")";
            case MINUS -> leftIsNumber ? right + ".rsub(" + left + ")" : left + ".sub(" + right + ")";
            case MULTIPLY -> leftIsNumber ? right + ".mul(" + left + ")" : left + ".mul(" + right + ")";
            case DIVIDE -> leftIsNumber ? reciprocal(left, right) : left + ".div(" + right + ")";
            case XOR -> leftIsNumber ? null : left + ".pow(" + right + ")";
            default -> null;
        };
    }

    private static String reciprocal(String number, String tensor) {
        var power = tensor + ".pow(-1)";
        return number.matches("1(\\.0)?") ? power : power + ".mul(" + number + ")";
    }

    private @Nullable String call(MethodInvocationTree call) {
        if (!(call.getMethodSelect() instanceof MemberSelectTree select)) {
            return call.toString();
        }
        var receiver = of(select.getExpression());
        var arguments = call.getArguments().stream().map(this::of).toList();
        return receiver == null || arguments.contains(null)
                ? null
                : receiver + "." + select.getIdentifier()
                        + arguments.stream().collect(Collectors.joining(", ", "(", ")"));
    }

    private boolean isNumber(ExpressionTree expression) {
        return switch (expression) {
            case LiteralTree _, TypeCastTree _ -> true;
            case IdentifierTree name -> numbers.contains(name.getName().toString());
            case ParenthesizedTree inner -> isNumber(inner.getExpression());
            case UnaryTree unary -> isNumber(unary.getExpression());
            case BinaryTree binary -> isNumber(binary.getLeftOperand()) && isNumber(binary.getRightOperand());
            case MemberSelectTree select -> select.getIdentifier().contentEquals("length");
            case MethodInvocationTree call
            when call.getMethodSelect() instanceof MemberSelectTree select ->
                select.getExpression().toString().equals("Math")
                        || OF_NUMBERS.contains(select.getIdentifier().toString());
            default -> false;
        };
    }
}
