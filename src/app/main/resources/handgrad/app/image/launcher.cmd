@echo off
rem Runs the command line of this image by its own Java.
rem
rem   handgrad [JVM OPTION...] COMMAND [ARGUMENT...]
setlocal
"%~dp0runtime\bin\java.exe" -XX:-UsePerfData -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx64m ^
    --class-path "%~dp0modules\*" "-Dhandgrad.image=%~dp0." -Dhandgrad.terminal=false ^
    handgrad.app.image.ImageMain %*
exit /b %ERRORLEVEL%
