"""A camera of the network for the tests: a moving test picture as H.264 over RTSP, by GStreamer's RTSP server.

Usage: rtsp_server.py <port> [<width>x<height>] [<frames per second>]; the environment may ask for a sign-in by RTSP_USER and
RTSP_PASSWORD (Digest, or Basic with RTSP_BASIC=1). Prints "ready" when it listens. GStreamer's bindings are those of the system's Python.
"""

import os
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402


def main() -> None:
    port = sys.argv[1]
    width, height = (sys.argv[2] if len(sys.argv) > 2 else "320x180").split("x")
    rate = sys.argv[3] if len(sys.argv) > 3 else "10/1"
    Gst.init(None)
    server = GstRtspServer.RTSPServer.new()
    server.set_address("127.0.0.1")
    server.set_service(port)
    video = (
        f"videotestsrc is-live=true pattern=ball ! video/x-raw,width={width},height={height},framerate={rate}"
        " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10 ! rtph264pay name=pay0 config-interval=1"
    )
    factory = GstRtspServer.RTSPMediaFactory.new()
    factory.set_launch(f"( {video} )")
    factory.set_shared(True)
    sound = GstRtspServer.RTSPMediaFactory.new()
    sound.set_launch("( audiotestsrc is-live=true ! mulawenc ! rtppcmupay name=pay0 )")
    user = os.environ.get("RTSP_USER")
    if user is not None:
        protect(server, factory, user, os.environ["RTSP_PASSWORD"])
    points = server.get_mount_points()
    points.add_factory("/camera", factory)
    points.add_factory("/sound", sound)
    if server.attach(None) == 0:
        sys.exit(f"port {port} is taken")
    print("ready", flush=True)
    GLib.MainLoop().run()


def protect(server, factory, user: str, password: str) -> None:
    role = "viewer"
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", role)
    auth = GstRtspServer.RTSPAuth.new()
    if os.environ.get("RTSP_BASIC"):
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    else:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role(role, "media.factory.access", True)
    permissions.add_permission_for_role(role, "media.factory.construct", True)
    factory.set_permissions(permissions)


main()
