#!/usr/bin/env bash
# Makes every prompt anew, with espeak-ng and sox (both packages of Debian): speech at 22,050 Hz, brought down to
# 8,000 as A-law, as loud as the ring-back tone, with a moment of silence before and after.
set -euo pipefail
cd "$(dirname "$0")"

speak() { # language, voice, name, words
  espeak-ng -v "$2" -s 150 -a 160 --stdout "$4" |
    sox -q -t wav - -e a-law -r 8000 -c 1 "$1/$3.wav" highpass 200 gain -n -6 pad 0.15 0.25
}

speak zh cmn received '您的呼叫已收到,正在为您接通值班人员,请稍等。'
speak zh cmn answered '值班人员已接听,请讲话。'
speak zh cmn help-is-coming '已经派人赶来,请您不要着急。'
speak zh cmn nobody-yet '现在还没有人接听,我们正在继续呼叫,请不要离开。'

speak en en-gb received 'We have received your call. We are connecting you. Please wait.'
speak en en-gb answered 'Your call has been answered. Please speak.'
speak en en-gb help-is-coming 'Somebody is on the way to you. Please stay calm.'
speak en en-gb nobody-yet 'Nobody has answered yet. We keep on calling. Please stay where you are.'
