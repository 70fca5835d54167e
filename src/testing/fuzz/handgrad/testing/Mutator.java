package handgrad.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Damages files: one seed, one damaged file. */
final class Mutator {
    /** Numbers at the borders of what a reader's own numbers hold. */
    private static final List<String> NUMBERS = List.of(
            "0",
            "-1",
            "1",
            "255",
            "2147483647",
            "2147483648",
            "4294967296",
            "-2147483649",
            "9223372036854775807",
            "9223372036854775808",
            "1e999",
            "-1e-999",
            "0.1e-5",
            "NaN",
            "Infinity",
            "0x10",
            "9".repeat(400),
            "1" + "0".repeat(1200));

    private static final List<Long> BINARY_NUMBERS = List.of(
            0L,
            1L,
            -1L,
            8L,
            255L,
            1L << 16,
            (1L << 31) - 1,
            1L << 31,
            0x7FFF_FFDBL,
            0xFFFF_FFFFL,
            1L << 32,
            Long.MAX_VALUE,
            Long.MIN_VALUE);

    /** Text that acts on a terminal or is not seen, or that a parser takes for its own. */
    private static final List<String> TEXTS = List.of(
            "\033[31m",
            "\033]0;title\007",
            "\0",
            "\r",
            "\n",
            "\n\n",
            "\t",
            "\u0085",
            "\u2028",
            "\u202e",
            "\u200b",
            "\ufeff",
            "\\u0000",
            "\\u001b[2J",
            "\\ud800",
            "\\u00zz",
            "\\",
            "\"",
            "'",
            ",",
            "#",
            "=",
            "%n%s",
            "é",
            "😀",
            " ",
            "null",
            "true",
            "[]",
            "{}",
            "}",
            "]");

    private static final byte[][] BAD_UTF8 = {
        {(byte) 0xC0, (byte) 0xAF},
        {(byte) 0xFF},
        {(byte) 0x80},
        {(byte) 0xE2, (byte) 0x82},
        {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
        {(byte) 0xF5, (byte) 0x80, (byte) 0x80, (byte) 0x80}
    };

    private static final List<String> NESTS = List.of("[", "{\"a\":", "(", "\"", "[{\"a\":");

    private final SplittableRandom random;
    private final List<byte[]> samples;

    private Mutator(SplittableRandom random, List<byte[]> samples) {
        this.random = random;
        this.samples = samples;
    }

    /** One of the samples with one to four kinds of damage. */
    static byte[] damaged(List<byte[]> samples, long seed) {
        var random = new SplittableRandom(seed);
        var mutator = new Mutator(random, samples);
        byte[] bytes = samples.get(random.nextInt(samples.size())).clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes = mutator.damage(bytes);
        }
        return bytes;
    }

    private byte[] damage(byte[] bytes) {
        int from = random.nextInt(bytes.length + 1);
        int to = Math.min(bytes.length, from + 1 + random.nextInt(1 << random.nextInt(10)));
        return switch (random.nextInt(13)) {
            case 0, 1 -> flipped(bytes);
            case 2 -> Arrays.copyOf(bytes, from);
            case 3 -> replaced(bytes, from, to, new byte[0]);
            case 4 -> replaced(bytes, from, from, random(1 + random.nextInt(16)));
            case 5 -> replaced(bytes, from, from, repeated(Arrays.copyOfRange(bytes, from, to)));
            case 6 -> withNumber(bytes, from);
            case 7 -> withBinaryNumber(bytes, from);
            case 8, 9 -> replaced(bytes, from, random.nextBoolean() ? from : to, text(TEXTS));
            case 10 -> replaced(bytes, from, from, BAD_UTF8[random.nextInt(BAD_UTF8.length)]);
            case 11 -> replaced(bytes, from, from, nest());
            default -> spliced(bytes, from);
        };
    }

    private byte[] flipped(byte[] bytes) {
        for (int i = random.nextInt(8); i >= 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    private byte[] random(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] repeated(byte[] chunk) {
        var all = new ByteArrayOutputStream();
        for (int i = random.nextInt(1 << random.nextInt(6)); i >= 0; i--) {
            all.writeBytes(chunk);
        }
        return all.toByteArray();
    }

    /** Puts another number in the place of the first one from there on. */
    private byte[] withNumber(byte[] bytes, int from) {
        int start = from;
        while (start < bytes.length && !Character.isDigit(bytes[start])) {
            start++;
        }
        int end = start;
        while (end < bytes.length && Character.isDigit(bytes[end])) {
            end++;
        }
        return replaced(bytes, start, end, text(NUMBERS));
    }

    private byte[] withBinaryNumber(byte[] bytes, int from) {
        int aligned = from & -2;
        var number = ByteBuffer.allocate(Long.BYTES)
                .order(random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long value = BINARY_NUMBERS.get(random.nextInt(BINARY_NUMBERS.size()));
        int length = random.nextBoolean() ? Long.BYTES : Integer.BYTES;
        if (length == Long.BYTES) {
            number.putLong(value);
        } else {
            number.putInt((int) value);
        }
        return replaced(
                bytes, aligned, Math.min(bytes.length, aligned + length), Arrays.copyOf(number.array(), length));
    }

    private byte[] nest() {
        return NESTS.get(random.nextInt(NESTS.size()))
                .repeat(1 << random.nextInt(12))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The beginning of these bytes and the end of a sample. */
    private byte[] spliced(byte[] bytes, int to) {
        byte[] other = samples.get(random.nextInt(samples.size()));
        int from = random.nextBoolean() ? Math.min(to, other.length) : random.nextInt(other.length + 1);
        return replaced(bytes, to, bytes.length, Arrays.copyOfRange(other, from, other.length));
    }

    private byte[] text(List<String> texts) {
        return texts.get(random.nextInt(texts.size())).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] replaced(byte[] bytes, int from, int to, byte[] replacement) {
        return ByteBuffer.allocate(bytes.length - (to - from) + replacement.length)
                .put(bytes, 0, from)
                .put(replacement)
                .put(bytes, to, bytes.length - to)
                .array();
    }
}
