package handgrad.io;

import handgrad.file.PrintableText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * The checksums of a file: in the metadata, under {@code crc32c.} and the name of a tensor, the CRC-32C of its bytes
 * (RFC 3720, 12.1) in 8 hexadecimal digits. It tells every change of one bit, and of bits that are within 32 of each
 * other. Under {@code crc32c.__metadata__}, which is the name of no tensor, stands that of all other texts.
 */
final class Checksums {
    private static final String PREFIX = "crc32c.";
    private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{8}");

    private Checksums() {}

    /** Whether a key of the metadata is that of a checksum. */
    static boolean isKey(String key) {
        return key.startsWith(PREFIX);
    }

    static String key(String tensor) {
        return PREFIX + tensor;
    }

    /** The checksum of texts, whatever their order: of each key and its value, a zero byte after each. */
    static String ofTexts(Map<String, String> texts) {
        var checksum = new CRC32C();
        new TreeMap<>(texts).forEach((key, value) -> {
            if (!isKey(key)) {
                checksum.update((key + "\0" + value + "\0").getBytes(StandardCharsets.UTF_8));
            }
        });
        return digits(checksum);
    }

    /** The checksum in digits. */
    static String digits(CRC32C checksum) {
        return "%08x".formatted(checksum.getValue());
    }

    /**
     * Those of a file by the names of their tensors, which it must have; that of the texts must be right, and none may
     * be missing of a checkpoint.
     */
    static Map<String, String> in(Path file, HeaderParser.Header header) throws SafetensorsException {
        var names = header.entries().stream().map(Entry::name).collect(Collectors.toCollection(TreeSet::new));
        names.add(Safetensors.METADATA);
        var checksums = new LinkedHashMap<String, String>();
        for (var text : header.metadata().entrySet()) {
            if (!isKey(text.getKey())) {
                continue;
            }
            var name = text.getKey().substring(PREFIX.length());
            if (!names.contains(name)) {
                throw new SafetensorsException(
                        file,
                        "the metadata has a checksum of tensor '" + PrintableText.excerpt(name)
                                + "', which the file does not have");
            }
            if (!DIGITS.matcher(text.getValue()).matches()) {
                throw new SafetensorsException(
                        file,
                        "the metadata '" + PrintableText.excerpt(text.getKey())
                                + "' must be 8 digits from 0-9 and a-f, not '" + PrintableText.excerpt(text.getValue())
                                + "'");
            }
            checksums.put(name, text.getValue());
        }
        names.removeAll(checksums.keySet());
        if (Checkpoint.is(header.metadata()) && !names.isEmpty()) {
            throw new SafetensorsException(
                    file,
                    "the metadata has no checksum of '"
                            + PrintableText.excerpt(names.iterator().next()) + "', and that of a checkpoint has all");
        }
        var ofTexts = checksums.remove(Safetensors.METADATA);
        if (ofTexts != null && !ofTexts.equals(ofTexts(header.metadata()))) {
            throw new SafetensorsException(
                    file,
                    "the metadata is damaged, the CRC-32C of its texts is " + ofTexts(header.metadata()) + ", it says "
                            + ofTexts + "; copy the file again");
        }
        return checksums;
    }
}
