package handgrad.app.train;

import handgrad.app.command.WrongInputException;
import handgrad.file.AtomicFile;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The right of one process to write to a run folder, until it closes it or ends, in whatever way: a lock of the system
 * on the file {@code .lock} in the folder. The file stays, since deleting it would let two others lock two files.
 *
 * <p>Where a JVM closes any channel to a file, POSIX takes all its locks on the file away. So this class alone opens
 * the file, and never while this JVM holds the lock.
 */
public final class RunLock implements Closeable {
    private static final String NAME = ".lock";
    private static final Path LINUX_HOST = Path.of("/proc/sys/kernel/hostname");
    private static final Pattern OWNER = Pattern.compile("(?<pid>[0-9]{1,18}) (?<host>\\S{1,255})\n");

    /** The real paths of the folders that this JVM has locked. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final String option;
    private final Path folder;
    private final Path real;
    private FileChannel channel;
    private Optional<Object> key;

    /** Locks a folder that no other thread of this JVM locks. */
    private RunLock(String option, Path folder, Path real) throws IOException {
        this.option = option;
        this.folder = folder;
        this.real = real;
        channel = locked();
        key = key();
    }

    /** Locks the folder that {@code --out} names. */
    public static RunLock take(Path folder) {
        return take("--out", folder);
    }

    /**
     * Locks a folder, which is made if it is not there, and takes away what processes that died left half written. Of
     * any number of processes, at any time, one gets it.
     *
     * @param option that names the folder; messages begin with it
     * @throws WrongInputException if another run has it, or it cannot be written or locked
     */
    public static RunLock take(String option, Path folder) {
        try {
            AtomicFile.createFolder(folder);
            var real = folder.toRealPath();
            if (!HELD.add(real)) {
                throw inUse(option, folder, owner(ProcessHandle.current().pid(), host()));
            }
            try {
                return take(option, folder, real);
            } catch (IOException | RuntimeException exception) {
                HELD.remove(real);
                throw exception;
            }
        } catch (IOException exception) {
            throw new WrongInputException(option + ": cannot write to " + folder + ": " + RunFolder.reason(exception));
        }
    }

    private static RunLock take(String option, Path folder, Path real) throws IOException {
        var lock = new RunLock(option, folder, real);
        try {
            AtomicFile.removeTemporaries(real);
            return lock;
        } catch (IOException exception) {
            lock.channel.close();
            throw exception;
        }
    }

    /** Locks the folder, and makes it, once more if somebody removed it; otherwise does nothing. */
    public void renew() {
        try {
            if (key.isEmpty() || !key.equals(key())) {
                channel.close();
                AtomicFile.createFolder(real);
                channel = locked();
                key = key();
            }
        } catch (IOException exception) {
            throw new WrongInputException(option + ": cannot write to " + folder + ": " + RunFolder.reason(exception));
        }
    }

    /** What tells the file apart from another of its name; empty where there is none, or the system has no such key. */
    private Optional<Object> key() throws IOException {
        try {
            return Optional.ofNullable(Files.readAttributes(real.resolve(NAME), BasicFileAttributes.class)
                    .fileKey());
        } catch (NoSuchFileException vanished) {
            return Optional.empty();
        }
    }

    private FileChannel locked() throws IOException {
        var opened = FileChannel.open(
                real.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (!isLocked(option, folder, opened)) {
                throw inUse(option, folder, owner(opened));
            }
            opened.truncate(0);
            var owner = ProcessHandle.current().pid() + " " + host() + "\n";
            opened.write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.UTF_8)));
            return opened;
        } catch (IOException | RuntimeException exception) {
            opened.close();
            throw exception;
        }
    }

    /** Tries to lock the file; the lock is the channel's and ends with it. */
    static boolean isLocked(String option, Path folder, FileChannel opened) {
        try {
            return opened.tryLock() != null;
        } catch (OverlappingFileLockException thisProcess) {
            return false;
        } catch (IOException exception) {
            throw new WrongInputException(option + ": " + folder + " cannot be locked (" + RunFolder.reason(exception)
                    + "), so two runs could write to it at once; name a folder on another file system");
        }
    }

    private static WrongInputException inUse(String option, Path folder, String owner) {
        return new WrongInputException(
                option + ": " + folder + " is in use by " + owner + "; wait for it, or name another folder");
    }

    private static String owner(long pid, String host) {
        return "process " + pid + " on " + host;
    }

    /** Who has the lock. If the file names a process of this host that is gone, its next owner is about to write it. */
    private static String owner(FileChannel channel) throws IOException {
        var bytes = ByteBuffer.allocate(512);
        channel.read(bytes, 0);
        var owner = OWNER.matcher(new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8));
        if (owner.matches()) {
            long pid = Long.parseLong(owner.group("pid"));
            var host = owner.group("host");
            if (!host.equals(host()) || ProcessHandle.of(pid).isPresent()) {
                return owner(pid, host);
            }
        }
        return "another process";
    }

    /** The name of this machine; Linux tells it without asking a name server. */
    private static String host() {
        try {
            return Files.isReadable(LINUX_HOST)
                    ? Files.readString(LINUX_HOST).strip()
                    : InetAddress.getLocalHost().getHostName();
        } catch (IOException nameless) {
            return "localhost";
        }
    }

    /** Lets others have the folder. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD.remove(real);
        }
    }
}
