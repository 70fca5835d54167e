package handgrad.io;

import handgrad.file.PrintableText;
import handgrad.tensor.Shape;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Optional;

/**
 * What the header of an array of NumPy says: {@code {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }}, a
 * Python literal that is taken apart here and never evaluated.
 */
record NpyHeader(StoredType type, ByteOrder order, boolean fortranOrder, Shape shape) {
    /** What is wrong with a header, and where. */
    static final class WrongHeaderException extends Exception {
        private static final long serialVersionUID = 1;

        WrongHeaderException(String problem) {
            super(problem);
        }
    }

    /** More than NumPy allows. */
    private static final int MAXIMUM_DIMENSIONS = 64;

    private static final int MAXIMUM_DIGITS = 18;

    static NpyHeader parse(String text) throws WrongHeaderException {
        return new Parser(text).header();
    }

    private static final class Parser {
        private final String text;
        private int at;
        private Optional<String> descr = Optional.empty();
        private Optional<Boolean> fortranOrder = Optional.empty();
        private Optional<Shape> shape = Optional.empty();

        Parser(String text) {
            this.text = text;
        }

        NpyHeader header() throws WrongHeaderException {
            require('{');
            var keys = new HashSet<String>();
            while (!accept('}')) {
                var key = string("a key in quotes or }");
                if (!keys.add(key)) {
                    throw wrong("has the key '" + PrintableText.excerpt(key) + "' twice");
                }
                require(':');
                switch (key) {
                    case "descr" -> descr = Optional.of(descr());
                    case "fortran_order" -> fortranOrder = Optional.of(truth());
                    case "shape" -> shape = Optional.of(shape());
                    default -> throw wrong("has the unknown key '" + PrintableText.excerpt(key) + "'");
                }
                if (!accept(',')) {
                    require('}');
                    break;
                }
            }
            skipSpaces();
            if (at < text.length()) {
                throw wrong("goes on after its }");
            }
            var name = descr.orElseThrow(() -> wrong("has no 'descr'"));
            return new NpyHeader(
                    type(name),
                    name.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
                    fortranOrder.orElseThrow(() -> wrong("has no 'fortran_order'")),
                    shape.orElseThrow(() -> wrong("has no 'shape'")));
        }

        private String descr() throws WrongHeaderException {
            if (accept('[')) {
                throw wrong("is that of records of several fields; save each field as an array of its own");
            }
            return string("a type in quotes");
        }

        private StoredType type(String name) throws WrongHeaderException {
            if (name.matches("[|<>=]?O\\d*")) {
                throw wrong("is that of Python objects, which only Python can read; save numbers, with astype");
            }
            var type = switch (name.isEmpty() ? "" : name.substring(1)) {
                case "f8" -> StoredType.F64;
                case "f4" -> StoredType.F32;
                case "f2" -> StoredType.F16;
                case "i8" -> StoredType.I64;
                case "u8" -> StoredType.U64;
                case "i4" -> StoredType.I32;
                case "u4" -> StoredType.U32;
                case "i2" -> StoredType.I16;
                case "u2" -> StoredType.U16;
                case "i1" -> StoredType.I8;
                case "u1" -> StoredType.U8;
                case "b1" -> StoredType.BOOL;
                default -> null;
            };
            boolean ordered = name.startsWith("<") || name.startsWith(">");
            if (type == null || !(ordered || (name.startsWith("|") && type.bytes() == 1))) {
                throw wrong("has the type '" + PrintableText.excerpt(name)
                        + "', which is not supported; < or > with f2, f4, f8, i1 to i8, u1 to u8 and b1 are");
            }
            return type;
        }

        private boolean truth() throws WrongHeaderException {
            skipSpaces();
            boolean truth = text.startsWith("True", at);
            if (!truth && !text.startsWith("False", at)) {
                throw wrong("wants True or False at its character " + (at + 1));
            }
            at += truth ? "True".length() : "False".length();
            return truth;
        }

        private Shape shape() throws WrongHeaderException {
            require('(');
            var sizes = new ArrayList<Integer>();
            long elements = 1;
            while (!accept(')')) {
                long size = number();
                // Neither factor is above 2^31 - 1 when they are multiplied, so the product does not overflow.
                if (size > Integer.MAX_VALUE || (elements *= size) > Integer.MAX_VALUE) {
                    throw wrong("has a shape of more than 2^31 - 1 elements");
                }
                if (sizes.size() == MAXIMUM_DIMENSIONS) {
                    throw wrong("has a shape of more than " + MAXIMUM_DIMENSIONS + " dimensions");
                }
                sizes.add((int) size);
                if (!accept(',')) {
                    require(')');
                    break;
                }
            }
            return Shape.of(sizes.stream().mapToInt(Integer::intValue).toArray());
        }

        private long number() throws WrongHeaderException {
            skipSpaces();
            int start = at;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                at++;
            }
            if (at == start) {
                throw wrong("wants a size at its character " + (at + 1));
            }
            var digits = text.substring(start, at);
            if (at < text.length() && text.charAt(at) == 'L') {
                at++; // as Python 2 wrote it
            }
            return digits.length() > MAXIMUM_DIGITS ? Long.MAX_VALUE : Long.parseLong(digits);
        }

        /** A string in single or double quotes, without escapes, of which NumPy needs none here. */
        private String string(String wanted) throws WrongHeaderException {
            skipSpaces();
            char quote = at < text.length() ? text.charAt(at) : ' ';
            int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
            if (end < 0) {
                throw wrong("wants " + wanted + " at its character " + (at + 1));
            }
            var string = text.substring(at + 1, end);
            at = end + 1;
            return string;
        }

        private void require(char character) throws WrongHeaderException {
            if (!accept(character)) {
                throw wrong("wants " + character + " at its character " + (at + 1));
            }
        }

        private boolean accept(char character) {
            skipSpaces();
            boolean there = at < text.length() && text.charAt(at) == character;
            at += there ? 1 : 0;
            return there;
        }

        private void skipSpaces() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n')) {
                at++;
            }
        }

        private static WrongHeaderException wrong(String problem) {
            return new WrongHeaderException("the header " + problem);
        }
    }
}
