#include "standard_error_tee.h"

#include <iostream>
#include <mutex>
#include <thread>

namespace mli {
namespace {

// Passes everything on and keeps what one thread writes.
class TeeBuffer : public std::streambuf {
 public:
  void Begin(std::streambuf* target) {
    const std::lock_guard<std::mutex> guard(lock_);
    target_ = target;
    listener_ = std::this_thread::get_id();
    text_.clear();
  }

  void End() {
    const std::lock_guard<std::mutex> guard(lock_);
    listener_ = std::thread::id();
  }

  std::string text() const {
    const std::lock_guard<std::mutex> guard(lock_);
    return text_;
  }

 protected:
  int_type overflow(int_type character) override {
    if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
    const char one = traits_type::to_char_type(character);
    return xsputn(&one, 1) == 1 ? character : traits_type::eof();
  }

  std::streamsize xsputn(const char* characters, std::streamsize count) override {
    const std::lock_guard<std::mutex> guard(lock_);
    if (std::this_thread::get_id() == listener_) text_.append(characters, static_cast<size_t>(count));
    return target_->sputn(characters, count);
  }

  int sync() override {
    const std::lock_guard<std::mutex> guard(lock_);
    return target_->pubsync();
  }

 private:
  mutable std::mutex lock_;
  std::streambuf* target_ = nullptr;
  std::thread::id listener_;
  std::string text_;
};

// std::cerr belongs to the process, and another thread may be writing through the buffer when it is taken
// off: it is never destroyed.
TeeBuffer& Buffer() {
  static TeeBuffer& buffer = *new TeeBuffer;
  return buffer;
}

}  // namespace

StandardErrorTee::StandardErrorTee() : before_(std::cerr.rdbuf()) {
  Buffer().Begin(before_);
  std::cerr.rdbuf(&Buffer());
}

StandardErrorTee::~StandardErrorTee() {
  std::cerr.rdbuf(before_);
  Buffer().End();
}

std::string StandardErrorTee::text() const { return Buffer().text(); }

}  // namespace mli
