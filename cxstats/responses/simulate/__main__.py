"""Write the sample exports, or with ``truth`` what is true of the customers, into ``data/``."""

import sys
from pathlib import Path

from cxstats.responses.simulate.published import write_truth
from cxstats.responses.simulate.sample_exports import write_sample_exports

if __name__ == "__main__":
    write = write_truth if sys.argv[1:] == ["truth"] else write_sample_exports
    for path in write(Path("data")):
        print(path)
