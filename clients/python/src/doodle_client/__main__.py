import sys

from doodle_client.command_line import main

sys.exit(main())
