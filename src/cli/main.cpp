#include <csignal>
#include <string>
#include <vector>

#include "cli/commands.hpp"

int main(int argc, char** argv) {
  // A reader that goes away is an error of the write, not the end of the process in the middle of a transaction.
  std::signal(SIGPIPE, SIG_IGN);
  return tocsin::cli::run(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}
