package handgrad.app.learn;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells when a file is saved, however an editor does that: written over, replaced by another of its name, deleted and
 * made again.
 *
 * <p>What the system tells of the folder only wakes it up; what the file is then tells whether it was saved. So it also
 * works, a little later, where the system tells nothing, as on some network drives, or where the folder itself is new.
 */
final class SavedFile implements AutoCloseable {
    /** How long it waits for the system to tell something. */
    private static final long POLL_MILLIS = 100;

    /** An editor may empty the file before it writes it: what changes within this time is not looked at yet. */
    private static final long SETTLING_MILLIS = 15;

    private final Path file;
    private final Consumer<Event> events;
    private final WatchService watcher;
    private @Nullable WatchKey key;
    private @Nullable Stamp last;
    private volatile boolean closed;

    /** What tells one state of a file from the next. */
    private record Stamp(@Nullable Object identity, FileTime time, long size) {}

    private SavedFile(Path file, Consumer<Event> events) throws IOException {
        this.file = file;
        this.events = events;
        watcher = FileSystems.getDefault().newWatchService();
        register();
        last = stamp();
    }

    /** Watches a file from now on; events come from a thread of its own. */
    static SavedFile watch(Path file, Consumer<Event> events) throws IOException {
        var saved = new SavedFile(file, events);
        Thread.ofPlatform().daemon().name("saved " + file).start(saved::run);
        return saved;
    }

    private void register() {
        try {
            key = file.toAbsolutePath()
                    .resolveSibling("")
                    .register(
                            watcher,
                            StandardWatchEventKinds.ENTRY_CREATE,
                            StandardWatchEventKinds.ENTRY_MODIFY,
                            StandardWatchEventKinds.ENTRY_DELETE);
        } catch (IOException noFolder) {
            // Until there is one the file is looked at from time to time.
            key = null;
        }
    }

    private @Nullable Stamp stamp() {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
        } catch (IOException none) {
            return null;
        }
    }

    private void run() {
        try {
            while (!closed) {
                var told = watcher.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (told != null) {
                    told.pollEvents();
                    told.reset();
                }
                if (key == null || !key.isValid()) {
                    register();
                }
                look();
            }
        } catch (InterruptedException | ClosedWatchServiceException over) {
            // It is closed.
        }
    }

    private void look() throws InterruptedException {
        var now = stamp();
        if (now == null ? last == null : now.equals(last)) {
            return;
        }
        var settled = now;
        do {
            now = settled;
            Thread.sleep(SETTLING_MILLIS);
            settled = stamp();
        } while (now == null ? settled != null : !now.equals(settled));
        last = now;
        events.accept(now == null ? new Event.Gone(file) : new Event.Saved(file));
    }

    @Override
    public void close() throws IOException {
        closed = true;
        watcher.close();
    }
}
