package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads event files as TensorBoard does: TFRecord by its description, messages by the library of protocol buffers. */
class TensorBoardTest {
    private static final Descriptor EVENT = event();

    @TempDir
    private Path run;

    private final List<String> warnings = new ArrayList<>();

    /** The fields of TensorBoard's event.proto and summary.proto that scalars have. */
    private static Descriptor event() {
        var value = DescriptorProto.newBuilder()
                .setName("Value")
                .addField(field("tag", 1, FieldDescriptorProto.Type.TYPE_STRING))
                .addField(field("simple_value", 2, FieldDescriptorProto.Type.TYPE_FLOAT));
        var summary = DescriptorProto.newBuilder()
                .setName("Summary")
                .addNestedType(value)
                .addField(field("value", 1, FieldDescriptorProto.Type.TYPE_MESSAGE)
                        .setTypeName("Summary.Value")
                        .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED));
        var status = EnumDescriptorProto.newBuilder()
                .setName("SessionStatus")
                .addValue(EnumValueDescriptorProto.newBuilder()
                        .setName("STATUS_UNSPECIFIED")
                        .setNumber(0))
                .addValue(EnumValueDescriptorProto.newBuilder().setName("START").setNumber(1));
        var session = DescriptorProto.newBuilder()
                .setName("SessionLog")
                .addEnumType(status)
                .addField(field("status", 1, FieldDescriptorProto.Type.TYPE_ENUM)
                        .setTypeName("SessionLog.SessionStatus"));
        var event = DescriptorProto.newBuilder()
                .setName("Event")
                .addField(field("wall_time", 1, FieldDescriptorProto.Type.TYPE_DOUBLE))
                .addField(field("step", 2, FieldDescriptorProto.Type.TYPE_INT64))
                .addField(field("file_version", 3, FieldDescriptorProto.Type.TYPE_STRING))
                .addField(field("summary", 5, FieldDescriptorProto.Type.TYPE_MESSAGE)
                        .setTypeName("Summary"))
                .addField(field("session_log", 7, FieldDescriptorProto.Type.TYPE_MESSAGE)
                        .setTypeName("SessionLog"));
        var file = FileDescriptorProto.newBuilder()
                .setName("event.proto")
                .setSyntax("proto3")
                .addMessageType(summary)
                .addMessageType(session)
                .addMessageType(event)
                .build();
        try {
            return FileDescriptor.buildFrom(file, new FileDescriptor[0]).findMessageTypeByName("Event");
        } catch (DescriptorValidationException exception) {
            throw new IllegalStateException(exception);
        }
    }

    private static FieldDescriptorProto.Builder field(String name, int number, FieldDescriptorProto.Type type) {
        return FieldDescriptorProto.newBuilder()
                .setName(name)
                .setNumber(number)
                .setType(type)
                .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
    }

    private static Object get(Message message, String field) {
        return message.getField(message.getDescriptorForType().findFieldByName(field));
    }

    private Path eventFile() throws IOException {
        try (var files = Files.list(run.resolve("tensorboard"))) {
            var all = files.toList();
            assertThat(all).hasSize(1);
            assertThat(all.getFirst().getFileName().toString())
                    .matches("events\\.out\\.tfevents\\.[0-9]{10}\\.handgrad");
            return all.getFirst();
        }
    }

    private List<DynamicMessage> events() throws IOException {
        var records = ByteBuffer.wrap(Files.readAllBytes(eventFile())).order(ByteOrder.LITTLE_ENDIAN);
        var events = new ArrayList<DynamicMessage>();
        while (records.hasRemaining()) {
            byte[] length = new byte[8];
            records.get(length);
            assertThat(records.getInt()).isEqualTo(maskedCrc(length));
            byte[] message = new byte
                    [Math.toIntExact(ByteBuffer.wrap(length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong())];
            records.get(message);
            assertThat(records.getInt()).isEqualTo(maskedCrc(message));
            var event = DynamicMessage.parseFrom(EVENT, message);
            assertThat(event.getUnknownFields().asMap()).isEmpty();
            events.add(event);
        }
        return events;
    }

    /** By the formula in TensorFlow's description of TFRecord. */
    private static int maskedCrc(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        long value = crc.getValue();
        return (int) ((value >>> 15 | value << 17) + 0xa282ead8L);
    }

    /** Of each scalar its step, tag and value, behind the two events that every file begins with. */
    private List<String> scalars() throws IOException {
        var events = events();
        assertThat(get(events.getFirst(), "file_version")).isEqualTo("brain.Event:2");
        var status = (EnumValueDescriptor) get((Message) get(events.get(1), "session_log"), "status");
        assertThat(status.getName()).isEqualTo("START");
        assertThat(get(events.get(1), "step")).isEqualTo(0L);
        var scalars = new ArrayList<String>();
        for (var event : events.subList(2, events.size())) {
            var summary = (Message) get(event, "summary");
            assertThat(summary.getUnknownFields().asMap()).isEmpty();
            for (var value : (List<?>) get(summary, "value")) {
                var scalar = (Message) value;
                assertThat(scalar.getUnknownFields().asMap()).isEmpty();
                scalars.add(get(event, "step") + " " + get(scalar, "tag") + " " + get(scalar, "simple_value"));
            }
        }
        return scalars;
    }

    private Metrics newRun() throws IOException {
        var metrics = new Metrics(warnings::add);
        metrics.addFile(run.resolve("metrics.jsonl"));
        metrics.addTensorBoard(run);
        return metrics;
    }

    @Test
    void everyLossAndRateIsAScalar() throws IOException {
        try (var metrics = newRun()) {
            assertThat(scalars()).as("a file that TensorBoard can open at once").isEmpty();
            metrics.step(0, 3.25, 0.1, 0.5);
            assertThat(scalars()).as("each event is there at once").hasSize(2);
            metrics.evaluation(300, "dev", 2.5, 1.25);
            metrics.step(20_000, 2.125, 0.01, 200);
            metrics.split("train", 2.0625);
            metrics.split("größe", Double.NaN);
        }
        assertThat(scalars())
                .containsExactly(
                        "0 loss/batch 3.25",
                        "0 lr 0.1",
                        "300 loss/dev 2.5",
                        "20000 loss/batch 2.125",
                        "20000 lr 0.01",
                        "20001 loss/train 2.0625",
                        "20001 loss/größe NaN");
        assertThat(warnings).isEmpty();
    }

    @Test
    void theTimeBetweenEventsIsTheTrainingTime() throws IOException {
        double before = System.currentTimeMillis() / 1e3;
        try (var metrics = newRun()) {
            metrics.step(0, 3, 0.1, 0.5);
            metrics.step(1, 3, 0.1, 1e6);
            metrics.split("dev", 3);
        }
        var times =
                events().stream().map(event -> (double) get(event, "wall_time")).toList();
        double start = times.getFirst();
        assertThat(start).isBetween(before - 1e-3, System.currentTimeMillis() / 1e3);
        assertThat(times.subList(1, 5).stream().map(time -> time - start))
                .zipSatisfy(
                        List.of(0.0, 0.5, 1e6, 1e6),
                        (time, seconds) -> assertThat(time).isCloseTo(seconds, within(1e-5)));
    }

    @Test
    void aResumedRunHasOneFileWithWhatAnUnbrokenOneHas() throws IOException {
        try (var metrics = newRun()) {
            metrics.step(0, 3, 0.1, 1);
            metrics.step(1, 2.75, 0.1, 2);
            metrics.evaluation(2, "dev", 2.5, 3);
            metrics.step(2, 2.25, 0.1, 3);
        }
        Files.move(eventFile(), run.resolve("tensorboard/events.out.tfevents.0000000001.handgrad"));
        Metrics.cut(run.resolve("metrics.jsonl"), 2, _ -> true);
        double before = System.currentTimeMillis() / 1e3;
        try (var metrics = new Metrics(warnings::add)) {
            metrics.continueFile(run.resolve("metrics.jsonl"));
            metrics.addTensorBoard(run);
            metrics.step(2, 2.25, 0.1, 5);
            metrics.split("dev", 2);
        }
        assertThat(scalars())
                .containsExactly(
                        "0 loss/batch 3.0",
                        "0 lr 0.1",
                        "1 loss/batch 2.75",
                        "1 lr 0.1",
                        "2 loss/dev 2.5",
                        "2 loss/batch 2.25",
                        "2 lr 0.1",
                        "3 loss/dev 2.0");
        assertThat((double) get(events().getLast(), "wall_time"))
                .as("3 s were done, 2 came after them")
                .isBetween(before + 2 - 1e-3, System.currentTimeMillis() / 1e3 + 2);
        assertThat(warnings).isEmpty();
    }

    @Test
    void aFileThatWasRemovedIsMadeAgainAndCanBeRead() throws IOException {
        try (var metrics = newRun()) {
            metrics.step(0, 3, 0.1, 1);
            Files.delete(eventFile());
            Files.delete(run.resolve("tensorboard"));
            metrics.step(1, 2.5, 0.1, 2);
        }
        assertThat(scalars()).containsExactly("1 loss/batch 2.5", "1 lr 0.1");
        assertThat(warnings)
                .containsExactly(
                        "handgrad: warning: " + eventFile() + " was removed; a new one has what comes from now on");
    }

    @Test
    void aFolderThatCannotBeMadeIsToldOnceAndEndsNothing() throws IOException {
        Files.writeString(run.resolve("tensorboard"), "a file", StandardCharsets.UTF_8);
        try (var metrics = newRun()) {
            metrics.step(0, 3, 0.1, 1);
            metrics.step(1, 3, 0.1, 2);
        }
        assertThat(MetricsFile.lines(run.resolve("metrics.jsonl"))).hasSize(2);
        assertThat(warnings)
                .singleElement()
                .asString()
                .matches("handgrad: warning: .*/tensorboard/events\\.out\\.tfevents\\.[0-9]+\\.handgrad cannot be"
                        + " written: .*/tensorboard is a file; the training goes on without it");
    }
}
