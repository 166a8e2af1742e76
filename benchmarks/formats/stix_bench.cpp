// stix_bench FILE...: objects per CPU second of the STIX validator over bundles, from memory: judged, only cut into
// objects, and with what an index takes of each; prints one line of JSON a file. Each figure is the best of several
// rounds. benchmarks/stix_peer.py times the Python library stix2 on the same files.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "formats/stix/facts.hpp"
#include "formats/stix/validate.hpp"

namespace {

namespace stix = tocsin::formats::stix;

constexpr int kRounds = 5;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double fastest(const std::function<void()>& round) {
  double best = 1e9;
  for (int i = 0; i < kRounds; ++i) {
    const double started = cpu_seconds();
    round();
    best = std::min(best, cpu_seconds() - started);
  }
  return best;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fputs("Usage: stix_bench FILE...\n", stderr);
    return 2;
  }
  for (int i = 1; i < count; ++i) {
    std::ifstream file(arguments[i], std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
    stix::Validator validator;
    std::size_t objects = 0, references = 0, findings = 0;
    const double judge = fastest([&] {
      const auto verdict = validator.validate(bytes);
      objects = verdict.content.objects;
      findings = verdict.findings.size();
    });
    stix::Facts facts;
    const double with_facts = fastest([&] {
      references = 0;
      validator.validate(bytes, [&](const stix::RawObject&, stix::Node object) {
        read_facts(object, facts);
        references += facts.references.size();
      });
    });
    const double cut = fastest([&] {
      const auto read = stix::read_objects(bytes, {}, [](const stix::RawObject&) { return tocsin::ok(); });
      objects = read ? read->objects : 0;
    });
    const auto per_second = [&](double seconds) { return static_cast<double>(objects) / seconds; };
    fmt::print(
        "{{\"file\":\"{}\",\"bytes\":{},\"objects\":{},\"references\":{},\"findings\":{},\"judged_per_s\":{:.0f},"
        "\"judged_with_facts_per_s\":{:.0f},\"cut_per_s\":{:.0f}}}\n",
        arguments[i], bytes.size(), objects, references, findings, per_second(judge), per_second(with_facts),
        per_second(cut));
  }
  return 0;
}
